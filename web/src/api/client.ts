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
        return this.faults.find((fault) => fault.field === field || fault.field.endsWith(`.${field}`))?.message;
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
