// What the page asks of the server about the second factor of whoever is signed in.
import { ask, ask_json } from '../../api/client';

export type Standing = { set: boolean; recovery_codes_left: number };
export type Offer = { secret: string; url: string; qr_svg: string; expires_at: string };

export const get_standing = () => ask_json<Standing>('GET', '/v1/totp');
export const begin = (password: string) => ask_json<Offer>('POST', '/v1/totp', { password });
export const confirm = (code: string) =>
    ask_json<{ recovery_codes: string[] }>('POST', '/v1/totp/confirm', { code: code.replaceAll(/\s/g, '') });
export const redraw = (password: string) =>
    ask_json<{ recovery_codes: string[] }>('POST', '/v1/totp/recovery-codes', { password });
export const remove = (password: string) => ask('POST', '/v1/totp/remove', { password });

/// A secret in groups of four, as it is typed by hand.
export const in_groups = (secret: string) => secret.replaceAll(/(.{4})(?=.)/g, '$1 ');

// The password that was just set in the first run, so that it is not asked for twice. In memory only.
let fresh_password = '';
export function keep_fresh_password(password: string): void {
    fresh_password = password;
}
export function take_fresh_password(): string {
    const password = fresh_password;
    fresh_password = '';
    return password;
}
