// Who needs the teacher, the most urgent first, and why. What is fine is not here.
import type { LiveDevice, Session } from '../../api/types';
import type { Truth } from './command_truth';
import { is_battery_low, is_off_time, is_slow } from './states';

export type Reason = 'asks' | 'not_obeyed' | 'not_started' | 'offline' | 'battery' | 'slow' | 'off_time';
export type Need = { device: LiveDevice; reason: Reason; error: string; can_retry: boolean };

const order: Reason[] = ['asks', 'not_obeyed', 'not_started', 'offline', 'battery', 'slow', 'off_time'];

function reason_of(device: LiveDevice, session: Session, missed: Map<number, string>, settling: boolean): Reason | null {
    if (device.state === 'needs_help') return 'asks';
    if (!device.online) return 'offline';
    if (missed.has(device.id)) return 'not_obeyed';
    if (session.state === 'running' && device.state === 'ready' && !settling) return 'not_started';
    if (is_battery_low(device)) return 'battery';
    if (is_slow(device)) return 'slow';
    return is_off_time(device) ? 'off_time' : null;
}

/// One need a headset: the first thing to do about it. While a command is on its way nobody is blamed for not having started.
export function needs_of(devices: LiveDevice[], session: Session, truth: Truth | null): Need[] {
    const missed = new Map((truth?.missed ?? []).map((answer) => [answer.device_id, answer.error]));
    const settling = (truth?.pending ?? 0) > 0;
    const needs: Need[] = [];
    for (const device of devices) {
        const reason = reason_of(device, session, missed, settling);
        if (reason)
            needs.push({
                device,
                reason,
                error: missed.get(device.id) ?? '',
                can_retry: device.online && missed.has(device.id),
            });
    }
    return needs.sort(
        (a, b) => order.indexOf(a.reason) - order.indexOf(b.reason) || a.device.name.localeCompare(b.device.name),
    );
}
