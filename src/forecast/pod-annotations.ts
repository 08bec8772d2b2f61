/** What headroom has written on a launcher pod when it was made, and reads back: as a hint, for anybody can write it. */
export const OVERHEAD_RATIO_ANNOTATION = 'headroom.harvesterhci.io/overhead-ratio';
export const KUBEVIRT_VERSION_ANNOTATION = 'headroom.harvesterhci.io/kubevirt-version';
