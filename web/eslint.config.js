// Rules for the page and its browser tests. Run from the project's folder: npm run lint.
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import typescript from 'typescript-eslint';
import svelte_config from './svelte.config.js';

const untyped = ['fetch', 'XMLHttpRequest'];
const client_only = 'Ask the server through src/api/client.ts, which knows the shape of every call.';

export default typescript.config(
    { ignores: ['**/node_modules/', '**/dist/', '**/schema.d.ts', '**/live_schema.d.ts'] },
    js.configs.recommended,
    typescript.configs.recommended,
    svelte.configs.recommended,
    {
        languageOptions: { globals: { ...globals.browser, ...globals.node } },
        rules: {
            'max-len': ['error', { code: 110, tabWidth: 4, ignorePattern: "^\\s*('[^']*'|\\w+: '[^']*'),$" }],
            'no-undef': 'off', // TypeScript looks for that
            // Most maps and sets here are bookkeeping that nothing is drawn from.
            'svelte/prefer-svelte-reactivity': 'off',
            '@typescript-eslint/no-unused-vars': [
                'error',
                { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
            ],
        },
    },
    {
        files: ['**/*.svelte', '**/*.svelte.ts'],
        languageOptions: {
            parserOptions: {
                parser: typescript.parser,
                extraFileExtensions: ['.svelte'],
                svelteConfig: svelte_config,
            },
        },
    },
    {
        // Only src/api makes calls. All other code uses its typed client, and `address` for links.
        files: ['web/src/**'],
        ignores: ['web/src/api/**'],
        rules: {
            'no-restricted-globals': ['error', ...untyped.map((name) => ({ name, message: client_only }))],
            'no-restricted-properties': [
                'error',
                ...untyped.flatMap((property) =>
                    ['window', 'globalThis', 'self'].map((object) => ({
                        object,
                        property,
                        message: client_only,
                    })),
                ),
            ],
            'no-restricted-imports': [
                'error',
                {
                    paths: [{ name: 'openapi-fetch', message: client_only }],
                    patterns: ['**/api/schema', '**/api/live_schema'],
                },
            ],
            'no-restricted-syntax': [
                'error',
                { selector: 'TemplateLiteral[quasis.0.value.raw=/^\\u002fv1\\u002f/]', message: client_only },
                {
                    selector: ':not(CallExpression) > Literal[value=/^\\u002fv1\\u002f/]',
                    message: client_only,
                },
                { selector: 'SvelteLiteral[value=/^\\u002fv1\\u002f/]', message: client_only },
            ],
        },
    },
);
