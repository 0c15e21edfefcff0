// The page's only way to call the HTTP API. openapi-fetch makes the calls; paths, bodies and answers have the
// types that scripts/types.mjs generates from the server's own document. A refusal is thrown as a Problem
// with the server's words. ESLint forbids `fetch` everywhere but in files.ts, which moves large files and
// tells how far they are.
import createClient, { createFinalURL, defaultPathSerializer, type ParamsOption } from 'openapi-fetch';
import type { components, paths } from './schema';

export type { paths };
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

let on_refused: () => void = () => {};

/// `then` runs when the server answers 401 to a call. That alone does not mean that the login has ended: only
/// asking for the login tells.
export function when_refused(then: () => void): void {
    on_refused = then;
}

/// A refused answer as a Problem. `text` is its body, which should be a problem document.
export function problem_of(status: number, text: string, retry_after: string | null = null): Problem {
    const { detail, title, errors } = problem_document(text);
    const retry_after_s = Number(retry_after);
    return new Problem(status, detail || title || '', errors ?? [], retry_after_s > 0 ? retry_after_s : null);
}

function problem_document(text: string): Partial<components['schemas']['Problem']> {
    try {
        return JSON.parse(text) as Partial<components['schemas']['Problem']>;
    } catch {
        return {}; // a proxy's error page, or nothing
    }
}

type Query = Record<string, unknown>;

/// What stands behind the question mark. Values that are not given are left out.
export function query_text(values: Query): string {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(values))
        if (value !== undefined && value !== null && value !== '') query.set(name, String(value));
    return query.toString();
}

/// Pass credentials 'omit' for a headset in this browser: it is independent of who is signed in to the page.
function client_with(credentials: RequestCredentials) {
    const made = createClient<paths>({ baseUrl: location.origin, credentials, querySerializer: query_text });
    made.use({
        onError: () => new Problem(0, ''),
        async onResponse({ response, schemaPath }) {
            if (response.ok) return;
            const carries_proof = schemaPath.startsWith('/v1/logins') || schemaPath.startsWith('/v1/setup');
            if (response.status === 401 && credentials !== 'omit' && !carries_proof) on_refused();
            const text = await response.text().catch(() => '');
            throw problem_of(response.status, text, response.headers.get('retry-after'));
        },
    });
    return made;
}

export const client = client_with('same-origin');
export const headset_client = client_with('omit');
export const with_token = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/// The body of an answer. The call was successful, or it would have thrown.
export async function data<Answer>(call: Promise<{ data?: Answer }>): Promise<Answer> {
    return (await call).data as Answer;
}

export async function items<Item>(call: Promise<{ data?: { items: Item[] } }>): Promise<Item[]> {
    return (await data(call)).items;
}

/// The parameters of a call: those in its path, and those behind the question mark.
export function at<Name extends string, const Given extends Query | undefined = undefined>(
    path: Record<Name, string | number>,
    query?: Given,
) {
    const texts = Object.entries(path).map(([name, value]) => [name, String(value)]);
    return { params: { path: Object.fromEntries(texts) as Record<Name, string>, query: query as Given } };
}

export const by_id = (id: number) => at({ id });

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
export type PathsWith<One extends Method> = {
    [Path in keyof paths]: paths[Path] extends Record<One, { responses: unknown }> ? Path : never;
}[keyof paths];
type Filling = { params?: { path?: Record<string, unknown>; query?: Query } };

/// A path with its parameters in place.
export function filled(path: string, { params = {} }: Filling): string {
    return createFinalURL(path, {
        baseUrl: '',
        params,
        querySerializer: query_text,
        pathSerializer: defaultPathSerializer,
    });
}

/// The address of something that the browser itself fetches: a download, a picture.
export function address<Path extends PathsWith<'get'>>(
    path: Path,
    parameters: ParamsOption<paths[Path]['get']>,
): string {
    return filled(path, parameters as Filling);
}
