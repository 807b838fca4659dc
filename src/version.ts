/** The version, put in by the build. */

declare const __VKS_VERSION__: string | undefined;

export const version: string = typeof __VKS_VERSION__ === 'string' ? __VKS_VERSION__ : '0.0.0-source';
