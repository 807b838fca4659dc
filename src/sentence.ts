/** With a capital, for the beginning of a sentence. Pure. */
export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
