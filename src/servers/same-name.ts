/** Case, accents, spaces, hyphens and underscores are not what people remember of a name. */
export const sameName = (a: string, b: string): boolean => plain(a) === plain(b);

const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll(/[\s_-]+/g, ' ').trim();
