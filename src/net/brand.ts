/** Branded types: a value of `Brand<T, Name>` was checked once, at the edge, and is trusted from there on. */

declare const brand: unique symbol;

export type Brand<T, Name extends string> = T & {readonly [brand]: Name};
