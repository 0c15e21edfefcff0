// Makes this browser a headset of the box: by a code, or by a student's nickname and PIN.
import { data, headset_client, Problem } from '../../api/client';

export type Paired = { token: string; waiting: boolean };
const place = 'lectern.headset';
const model = 'Browser';

type Kept = { serial_number: string; token?: string; waiting?: boolean };

function kept(): Kept {
    const stored = JSON.parse(localStorage.getItem(place) ?? 'null') as Kept | null;
    if (stored?.serial_number) return stored;
    const letters = crypto.getRandomValues(new Uint8Array(4));
    const name = [...letters]
        .map((one) => one.toString(16).padStart(2, '0'))
        .join('')
        .toUpperCase();
    const fresh = { serial_number: `WEB-${name}` };
    localStorage.setItem(place, JSON.stringify(fresh));
    return fresh;
}

export function serial_number(): string {
    return kept().serial_number;
}

export function stored_pairing(): Paired | null {
    const { token, waiting } = kept();
    return token ? { token, waiting: waiting ?? false } : null;
}

export function remember(paired: Paired | null): void {
    const { serial_number } = kept();
    localStorage.setItem(place, JSON.stringify({ serial_number, ...(paired ?? {}) }));
}

export async function pair_by_code(code: string): Promise<Paired> {
    const body = { code: code.replace(/\D/g, ''), serial_number: serial_number(), model };
    const answer = await headset_client.POST('/v1/pairings', { body });
    return { token: (answer.data as { token: string }).token, waiting: answer.response.status === 202 };
}

export async function pair_by_pin(nickname: string, pin: string): Promise<Paired> {
    const body = { serial_number: serial_number(), nickname, pin, model };
    const { token, waiting } = await data(headset_client.POST('/v1/pairings/sign-in', { body }));
    return { token, waiting };
}

/// Whether the server accepts this token. It does not before the teacher has admitted the headset, and not
/// after it was unpaired. Null: the box did not answer.
export async function is_known(token: string): Promise<boolean | null> {
    try {
        await headset_client.GET('/v1/logins/current', { headers: { authorization: `Bearer ${token}` } });
        return true;
    } catch (error) {
        return error instanceof Problem && error.status === 401 ? false : null;
    }
}
