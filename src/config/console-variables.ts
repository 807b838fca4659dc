/** Variables of the console, which a container's environment may hold too: the daemon lets them be. */
export const consoleVariables: readonly string[] = ['VKS_THEME', 'VKS_ASCII', 'VKS_READ_ONLY', 'VKS_REFRESH', 'VKS_CONFIRM_LOCKDOWN', 'VKS_SCREEN_READER', 'VKS_CONSOLE_CONFIG'];
