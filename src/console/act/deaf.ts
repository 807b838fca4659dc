/** Auto-repeat of the key that opened a question must not reach it. */
export const deafForMs = 300;
