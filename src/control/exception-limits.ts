/** The bounds of an exception, apart from the schema: a client that only wants these need not load zod. */
export const longestExceptionSeconds = 86_400;
export const longestExceptionReason = 200;
/** Who asks, by their own word. */
export const longestExceptionOwner = 64;
