// One way to ask the server. A refusal is thrown as Problem, with the words that the server found for it.

export type Fault = { field: string; message: string };

export class Problem extends Error {
    constructor(
        readonly status: number,
        message: string,
        readonly faults: Fault[] = [],
        readonly retry_after_s: number | null = null,
    ) {
        super(message);
    }

    /// The box did not answer at all.
    get is_gone(): boolean {
        return this.status === 0;
    }

    fault(field: string): string | undefined {
        return this.faults.find((fault) => fault.field === field || fault.field.endsWith(`.${field}`))?.message;
    }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
let on_signed_out: () => void = () => {};

/// Called when the server no longer knows this login, so that the page asks for a new one.
export function when_signed_out(then: () => void): void {
    on_signed_out = then;
}

export async function request<Answer>(method: Method, path: string, body?: unknown): Promise<Answer> {
    let response: Response;
    try {
        response = await fetch(path, {
            method,
            credentials: 'same-origin',
            headers: {
                accept: 'application/json',
                ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            },
            body: body === undefined ? undefined : JSON.stringify(body),
        });
    } catch {
        throw new Problem(0, '');
    }
    const text = await response.text();
    let answer: unknown = null;
    try {
        answer = text ? JSON.parse(text) : null;
    } catch {
        if (response.ok) throw new Problem(502, '');
    }
    if (response.ok) return answer as Answer;
    const problem = (answer ?? {}) as { title?: string; detail?: string; errors?: Fault[] };
    const retry_after = Number(response.headers.get('retry-after'));
    if (response.status === 401 && !path.startsWith('/v1/logins') && path !== '/v1/setup') on_signed_out();
    throw new Problem(
        response.status,
        problem.detail || problem.title || '',
        problem.errors ?? [],
        Number.isFinite(retry_after) && retry_after > 0 ? retry_after : null,
    );
}

export const get = <Answer>(path: string) => request<Answer>('GET', path);
export const post = <Answer>(path: string, body: unknown = {}) => request<Answer>('POST', path, body);
export const put = <Answer>(path: string, body: unknown = {}) => request<Answer>('PUT', path, body);
export const patch = <Answer>(path: string, body: unknown) => request<Answer>('PATCH', path, body);
export const remove = <Answer>(path: string) => request<Answer>('DELETE', path);
