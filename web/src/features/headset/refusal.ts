// What the server said no to, and whether asking again could ever change that.
export class Refusal extends Error {
    constructor(
        readonly code: string,
        readonly words: string,
    ) {
        super(words || code);
    }

    /// Not for want of a login, of time or of room, and no mistake of the server's: the message itself will not do.
    get is_final(): boolean {
        return final.has(this.code);
    }
}

const final = new Set([
    'BadRequest',
    'Forbidden',
    'NotFound',
    'Conflict',
    'MessageTooLarge',
    'TooLarge',
    'Invalid',
    'UnknownMessageType',
]);

export function refusal_of(error: unknown, data: unknown): Refusal {
    const words = (data as { message?: unknown } | null)?.message;
    return new Refusal(String(error), typeof words === 'string' ? words : '');
}
