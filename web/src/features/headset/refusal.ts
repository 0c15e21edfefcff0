// What the server refused, and whether asking again could ever help.
export class Refusal extends Error {
    constructor(
        readonly code: string,
        readonly words: string,
    ) {
        super(words || code);
    }

    /// The message itself is unacceptable. The cause is not a missing login, lack of time or space, or a
    /// fault of the server.
    get is_final(): boolean {
        return final.has(this.code);
    }
}

const final = new Set([
    'BadRequest',
    'Forbidden',
    'NotFound',
    'Conflict',
    'TooLarge',
    'Invalid',
    'UnknownMessageType',
]);

export function refusal_of(error: unknown, data: unknown): Refusal {
    const words = (data as { message?: unknown } | null)?.message;
    return new Refusal(String(error), typeof words === 'string' ? words : '');
}
