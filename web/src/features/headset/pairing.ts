// How this browser becomes a headset of the box: by a code, or by a student's nickname and PIN.
import { Problem } from '../../api/request';

export type Paired = { token: string; waiting: boolean };
const place = 'lectern.headset';
const model = 'Browser';

type Kept = { serial_number: string; token?: string; waiting?: boolean };

function kept(): Kept {
    const stored = JSON.parse(localStorage.getItem(place) ?? 'null') as Kept | null;
    if (stored?.serial_number) return stored;
    const letters = crypto.getRandomValues(new Uint8Array(4));
    const name = [...letters].map((one) => one.toString(16).padStart(2, '0')).join('').toUpperCase();
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

async function ask<Answer>(path: string, body: unknown): Promise<{ status: number; answer: Answer }> {
    let response: Response;
    try {
        // Whoever is signed in on the page in this browser has nothing to do with this headset.
        response = await fetch(path, {
            method: 'POST',
            credentials: 'omit',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
        });
    } catch {
        throw new Problem(0, '');
    }
    const answer = (await response.json().catch(() => ({}))) as Answer & { detail?: string; title?: string };
    const retry_after = Number(response.headers.get('retry-after')) || null;
    if (!response.ok) throw new Problem(response.status, answer.detail ?? answer.title ?? '', [], retry_after);
    return { status: response.status, answer };
}

export async function pair_by_code(code: string): Promise<Paired> {
    const { answer } = await ask<{ token: string }>('/v1/pairings', {
        code: code.replace(/\D/g, ''),
        serial_number: serial_number(),
        model,
    });
    return { token: answer.token, waiting: false };
}

export async function pair_by_pin(nickname: string, pin: string): Promise<Paired> {
    const body = { serial_number: serial_number(), nickname, pin, model };
    const { status, answer } = await ask<{ token: string }>('/v1/pairings/sign-in', body);
    return { token: answer.token, waiting: status === 202 };
}

/// Whether the server takes this token: not yet while the teacher has not tapped, no longer once it was unpaired.
export async function is_known(token: string): Promise<boolean | null> {
    try {
        const response = await fetch('/v1/logins/current', {
            credentials: 'omit',
            headers: { authorization: `Bearer ${token}` },
        });
        return response.ok ? true : response.status === 401 ? false : null;
    } catch {
        return null;
    }
}
