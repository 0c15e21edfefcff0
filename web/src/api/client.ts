// The one way to ask the server: openapi-fetch with the types that the server's own document gives. A refusal is thrown as
// Problem, with the words that the server found for it.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

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
        return this.faults.find((fault) => fault.field === field || fault.field.endsWith(`.${field}`))
            ?.message;
    }
}

let on_signed_out: () => void = () => {};

/// Called when the server no longer knows this login, so that the page asks for a new one.
export function when_signed_out(then: () => void): void {
    on_signed_out = then;
}

async function problem_of(response: Response): Promise<Problem> {
    const problem = (await response.json().catch(() => ({}))) as Partial<components['schemas']['Problem']>;
    const retry_after = Number(response.headers.get('retry-after'));
    return new Problem(
        response.status,
        problem.detail || problem.title || '',
        problem.errors ?? [],
        Number.isFinite(retry_after) && retry_after > 0 ? retry_after : null,
    );
}

/// `credentials` 'omit' is for a headset in this browser, which has nothing to do with who is signed in on the page.
function client_with(credentials: RequestCredentials) {
    const made = createClient<paths>({ baseUrl: location.origin, credentials });
    made.use({
        onError: () => new Problem(0, ''),
        async onResponse({ response, schemaPath }) {
            if (response.ok) return;
            const carries_proof = schemaPath.startsWith('/v1/logins') || schemaPath === '/v1/setup';
            if (response.status === 401 && credentials !== 'omit' && !carries_proof) on_signed_out();
            throw await problem_of(response);
        },
    });
    return made;
}

export const client = client_with('same-origin');
export const headset_client = client_with('omit');

/// What an answer holds; it is good, or it would have been thrown.
export async function data<Answer>(call: Promise<{ data?: Answer }>): Promise<Answer> {
    return (await call).data as Answer;
}

export async function items<Item>(call: Promise<{ data?: { items: Item[] } }>): Promise<Item[]> {
    return (await data(call)).items;
}

export const by_id = (id: number) => ({ params: { path: { id: String(id) } } });

/// For files and for calls that the generated types do not describe: the raw answer, or the Problem thrown.
export async function ask(
    method: string,
    path: string,
    body?: Blob | object,
    headers: Record<string, string> = {},
): Promise<Response> {
    const is_file = body instanceof Blob || body instanceof FormData;
    let response: Response;
    try {
        response = await fetch(path, {
            method,
            headers: body && !is_file ? { 'content-type': 'application/json', ...headers } : headers,
            body: body === undefined ? undefined : is_file ? (body as BodyInit) : JSON.stringify(body),
        });
    } catch {
        throw new Problem(0, '');
    }
    if (response.ok) return response;
    if (response.status === 401 && !path.startsWith('/v1/logins') && !path.startsWith('/v1/setup'))
        on_signed_out();
    throw await problem_of(response);
}

export async function ask_json<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const response = await ask(method, path, body);
    return (response.status === 204 ? undefined : await response.json()) as Answer;
}

/// The question mark and what follows it; what is not given is left out.
export function query_of(values: Record<string, string | number | boolean | null | undefined>): string {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(values))
        if (value !== undefined && value !== null && value !== '') query.set(name, String(value));
    const text = query.toString();
    return text ? `?${text}` : '';
}
