// node --import faults-clock.ts: the wall clock of the process is CLOCK_SHIFT_SECONDS off; what has passed is not.
const shiftMilliseconds = Number(process.env.CLOCK_SHIFT_SECONDS) * 1000;
const realNow = Date.now;

Date.now = () => realNow() + shiftMilliseconds;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [Date.now()] : args, made),
});
