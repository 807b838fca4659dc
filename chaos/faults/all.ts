/** The table of everything that can go wrong. */
import type {Fault} from '../fault.ts';
import {aroundFaults} from './around.ts';
import {daemonFaults} from './daemon.ts';
import {firewallFaults} from './firewall.ts';
import {openingFaults} from './openings.ts';
import {routingFaults} from './routing.ts';
import {tunnelFaults} from './tunnel.ts';
import {uplinkFaults} from './uplink.ts';

export const allFaults: readonly Fault[] = [...firewallFaults, ...tunnelFaults, ...uplinkFaults, ...routingFaults, ...daemonFaults, ...aroundFaults, ...openingFaults];
