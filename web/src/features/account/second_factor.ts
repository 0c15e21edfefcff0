// What the page asks of the server about the second factor of whoever is signed in.
import { client, data } from '../../api/client';

export const get_standing = () => data(client.GET('/v1/totp'));
export const begin = (password: string) => data(client.POST('/v1/totp', { body: { password } }));
export const confirm = (code: string) =>
    data(client.POST('/v1/totp/confirm', { body: { code: code.replaceAll(/\s/g, '') } }));
export const redraw = (password: string) =>
    data(client.POST('/v1/totp/recovery-codes', { body: { password } }));
export const remove = (password: string) => data(client.POST('/v1/totp/remove', { body: { password } }));
export type Standing = Awaited<ReturnType<typeof get_standing>>;
export type Offer = Awaited<ReturnType<typeof begin>>;

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
