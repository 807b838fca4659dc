/** How the journal begins to say that repairs pause because somebody undoes them: written by who says it, read by who tells others. */
export const fightOpening = 'Something fights us:';
