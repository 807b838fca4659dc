/**
 * Which text can be measured and cut by counting. Asking ICU instead costs the console 80 ms before its first frame: its
 * segmenter and its emoji tables are loaded on first use, and Ink asks for both whatever the text.
 */

/** ASCII, Latin, general punctuation, arrows, mathematical signs, lines, blocks, and the symbols of the theme: one cell each. */
const oneCellEach = /^[\u0020-\u007E\u00A1-\u00AC\u00AE-\u02FF\u2010-\u2027\u2030-\u205E\u2190-\u22FF\u2500-\u25FC\u25FF\u2605\u2713\u2717]*$/;
/** The same with control characters, escape sequences among them. Not the carriage return, which joins a line feed. */
const oneClusterEach = /^[\u0000-\u000C\u000E-\u007E\u00A1-\u00AC\u00AE-\u02FF\u2010-\u2027\u2030-\u205E\u2190-\u22FF\u2500-\u25FC\u25FF\u2605\u2713\u2717]*$/;

export const isOneCellEach = (text: string): boolean => oneCellEach.test(text);
export const isOneClusterEach = (text: string): boolean => oneClusterEach.test(text);
