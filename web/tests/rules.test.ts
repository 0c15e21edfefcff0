// @vitest-environment node
// The lint rules that keep the page to one client: each finds what breaks it, and accepts what does not.
import { ESLint } from 'eslint';
import { expect, it, vi } from 'vitest';

// The first of them loads all of ESLint, which a busy machine takes long for.
vi.setConfig({ testTimeout: 60_000 });

const project = decodeURIComponent(new URL('../..', import.meta.url).pathname);
const eslint = new ESLint({ cwd: project, overrideConfigFile: `${project}/web/eslint.config.js` });

async function rules_broken(text: string, file: string): Promise<(string | null)[]> {
    const [result] = await eslint.lintText(text, { filePath: `${project}/web/src/${file}` });
    return result!.messages.map((message) => message.ruleId);
}

it.each([
    ['no-restricted-globals', "export const ask = () => fetch('/v1/rooms');\n", 'features/rooms/rooms.ts'],
    ['no-restricted-globals', 'export const request = new XMLHttpRequest();\n', 'ui/files.ts'],
    [
        'no-restricted-properties',
        "export const ask = () => window.fetch('/v1/rooms');\n",
        'ui/form.svelte.ts',
    ],
    ['no-restricted-imports', "export { default } from 'openapi-fetch';\n", 'features/rooms/rooms.ts'],
    ['no-restricted-imports', "export type { paths } from '../../api/schema';\n", 'features/rooms/rooms.ts'],
    ['no-restricted-syntax', 'export const path = (id: number) => `/v1/rooms/${id}`;\n', 'ui/routes.ts'],
    ['no-restricted-syntax', "export const path = '/v1/rooms';\n", 'ui/routes.ts'],
    ['no-restricted-syntax', '<a href="/v1/roster.csv">x</a>\n', 'features/roster/Roster.svelte'],
    ['no-restricted-syntax', '<a href="/v1/rooms/{1}">x</a>\n', 'features/roster/Roster.svelte'],
    ['max-len', `export const text = 1; // ${'x'.repeat(110)}\n`, 'ui/routes.ts'],
])('%s is broken by %s', async (rule, text, file) => expect(await rules_broken(text, file)).toEqual([rule]));

it('typed calls, sockets and the client itself are in order', async () => {
    const call = "import { client } from './client';\nexport const rooms = () => client.GET('/v1/rooms');\n";
    expect(await rules_broken(call, 'features/rooms/rooms.ts')).toEqual([]);
    const socket = 'export const url = `wss://${location.host}/v1/live`;\n';
    expect(await rules_broken(socket, 'features/headset/link.svelte.ts')).toEqual([]);
    expect(await rules_broken("export const ask = () => fetch('/x');\n", 'api/files.ts')).toEqual([]);
});
