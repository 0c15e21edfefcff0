// Pairing over HTTP. What the box refuses is a PairingError with the status of HTTP.
export interface Pairing {
    token: string;
    /** The token becomes valid when a teacher lets the headset in: ask is_let_in. */
    waiting: boolean;
}

export class PairingError extends Error {
    constructor(
        readonly status: number,
        detail: string,
    ) {
        super(detail || `the box answers ${status}`);
    }
}

/** By the six digits that the teacher's page shows. `token`: the one it had, when it pairs again. */
export const pair_by_code = (
    box: string,
    headset: { code: string; serial_number: string; model?: string; name?: string },
    token?: string,
): Promise<Pairing> => pair(box, '/v1/pairings', headset, token);

/** By the sign-in of its student. */
export const pair_by_sign_in = (
    box: string,
    headset: { serial_number: string; nickname: string; pin: string; model?: string },
): Promise<Pairing> => pair(box, '/v1/pairings/sign-in', headset);

/** Whether the token of a pairing that waits is good by now. */
export async function is_let_in(box: string, token: string): Promise<boolean> {
    const headers = { authorization: `Bearer ${token}` };
    const { ok, status } = await fetch(`${base(box)}/v1/logins/current`, { headers });
    if (!ok && status !== 401) throw new PairingError(status, '');
    return ok;
}

const base = (box: string) => box.replace(/\/$/, '');

async function pair(box: string, path: string, body: object, token?: string): Promise<Pairing> {
    const answer = await fetch(base(box) + path, {
        method: 'POST',
        headers: {
            'content-type': 'application/json',
            ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        body: JSON.stringify(body),
    });
    const said = (await answer.json().catch(() => ({}))) as {
        token?: string;
        waiting?: boolean;
        detail?: string;
    };
    if (!answer.ok || !said.token) throw new PairingError(answer.status, said.detail ?? '');
    return { token: said.token, waiting: said.waiting ?? false };
}
