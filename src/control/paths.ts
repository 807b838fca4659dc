/** Where the sockets are. */

export const defaultRunFolder = '/run/vks';
export const controlSocketName = 'control.sock';
export const viewSocketName = 'view.sock';
