/**
 * What the app's Node is started with. V8 collects the octets that pass through a process when twice the young generation
 * has been allocated: with the 16 MB that it grows to by itself, a large file leaves 60 MB behind; with 4 MB a third of it,
 * for 3 % more processor time (docs/performance.md).
 */
export const NODE_FLAGS = ['--max-semi-space-size=4'];
