/**
 * What the app's Node is started with, so that a process that was busy once does not stay large (docs/performance.md).
 *
 * V8 collects the octets that pass through a process when twice the young generation has been allocated: with the 16 MB
 * that it grows to by itself, a large file leaves 60 MB behind; with 4 MB a third of it, for 3 % more processor time.
 *
 * And it lets the old generation grow to a multiple before it collects it: whoever has opened large messages and rests
 * leaves 130 MB of answers there for good. Half as much again as is in use is enough.
 */
export const NODE_FLAGS = ['--max-semi-space-size=4', '--heap-growing-percent=50'];
