// Who is signed in, against a server that the test plays: a refused call alone signs nobody out.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

// Compiled once before the tests, which load it again.
await import('../src/api/app.svelte');

const login = {
    person: { id: 2, role: 'teacher', nickname: 'Ms Rossi' },
    organisation: { id: 1, colour: '#2f6fde', language: 'en' },
    may: [],
};
let login_holds: boolean;
let asked: string[];

function answer(request: Request): Response {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    const json = (body: object, status = 200) =>
        new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
    if (pathname === '/v1/setup') return json({ needed: false });
    if (pathname === '/v1/logins/current' && login_holds) return json(login);
    return json({ title: 'Unauthorized', detail: 'Sign in first.' }, 401);
}

class SilentSocket {
    static readonly OPEN = 1;
    readyState = 0;
    send(): void {}
    close(): void {}
}

describe('a call that is answered by 401', () => {
    let app: typeof import('../src/api/app.svelte').app;
    let refused: () => Promise<unknown>;
    beforeEach(async () => {
        login_holds = true;
        asked = [];
        vi.resetModules();
        vi.stubGlobal('fetch', (request: Request) => Promise.resolve(answer(request)));
        vi.stubGlobal('WebSocket', SilentSocket);
        ({ app } = await import('../src/api/app.svelte'));
        const { client } = await import('../src/api/client');
        refused = () => client.GET('/v1/people').catch(() => {});
        await app.start();
        expect(app.phase).toBe('signed_in');
        asked = [];
    });
    afterEach(() => {
        app.live?.end();
        vi.unstubAllGlobals();
    });

    it('signs nobody out whose login still holds', async () => {
        await refused();
        await vi.waitFor(() => expect(asked).toEqual(['/v1/people', '/v1/logins/current']));
        await new Promise((resolve) => setTimeout(resolve));
        expect([app.phase, app.login?.person?.nickname]).toEqual(['signed_in', 'Ms Rossi']);
    });

    it('leads to the sign-in page once the login has ended, however many calls are refused', async () => {
        login_holds = false;
        await Promise.all([refused(), refused(), refused()]);
        await vi.waitFor(() => expect(app.phase).toBe('signed_out'));
        expect(asked.filter((path) => path === '/v1/logins/current')).toHaveLength(1);
    });
});
