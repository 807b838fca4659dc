/** A place to listen at, as its setting says it. Without a validator, because what serves there needs none. */
import {formatEndpoint} from '../net/port.ts';
import type {ListenPlace} from './config.ts';

export const listenPlaceText = (place: ListenPlace | null): string => (place === null ? 'off' : place.kind === 'unix' ? `unix:${place.path}` : formatEndpoint(place));
