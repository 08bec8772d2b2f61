# docker build --build-arg NODE_DIGEST=@sha256:... --build-arg REVISION="$(git rev-parse HEAD)" -t REGISTRY/headroom:0.1.0 .
# With the digest of the day the base image is exactly the one that you have looked at. A tag alone can be given another
# image; the version is that of the Node.js which package.json names and everything is tested with.
ARG NODE_DIGEST=
ARG VERSION=0.1.0

FROM node:24.21.0-slim${NODE_DIGEST} AS build
ARG VERSION
WORKDIR /build
COPY package.json package-lock.json ./
RUN node -e "const { version } = require('./package.json'); if (version !== process.argv[1]) throw new Error('package.json has version ' + version)" "${VERSION}"
# Optional packages too: of esbuild they are the program itself.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/build.ts scripts/build.ts
COPY scripts/bundle scripts/bundle
COPY src src
RUN npm run build

FROM node:24.21.0-slim${NODE_DIGEST}
ARG VERSION
ARG REVISION=unknown
LABEL org.opencontainers.image.title="headroom" \
      org.opencontainers.image.description="Says whether a live migration fits its namespace's ResourceQuotas on Harvester and KubeVirt" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="docker.io/library/node:24.21.0-slim"
# The program is one file: nothing here installs anything, and nothing is left that could.
RUN rm -rf /usr/local/lib/node_modules /usr/local/include /opt/yarn-* \
      /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg \
    && ! command -v npm
# Of root, and for reading alone, whatever the modes of the checkout.
COPY --chmod=0444 LICENSE /usr/share/doc/headroom/LICENSE
COPY --chmod=0444 --from=build /build/dist/THIRD-PARTY-LICENSES.txt /usr/share/doc/headroom/THIRD-PARTY-LICENSES.txt
COPY --chmod=0444 --from=build /build/dist/headroom.cdx.json /usr/share/doc/headroom/headroom.cdx.json
COPY --chmod=0444 --from=build /build/dist/headroom.mjs /headroom/headroom.mjs
ENV NODE_ENV=production
USER 65532:65532
EXPOSE 9443 8080
ENTRYPOINT ["node", "/headroom/headroom.mjs"]
CMD ["serve"]
