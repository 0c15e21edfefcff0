// Calls about the second factor of the person signed in.
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

/// A secret in groups of four, easier to type.
export const in_groups = (secret: string) => secret.replaceAll(/(.{4})(?=.)/g, '$1 ');

// Keeps the password that was set during the first run, in memory only, so that the page need not ask for it
// twice.
let fresh_password = '';
export function keep_fresh_password(password: string): void {
    fresh_password = password;
}
export function take_fresh_password(): string {
    const password = fresh_password;
    fresh_password = '';
    return password;
}
