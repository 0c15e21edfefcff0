// The interactive documentation of the API: RapiDoc with this box's own document. It loads nothing from the
// internet.
import 'rapidoc/dist/rapidoc-min.js';

const dark = matchMedia('(prefers-color-scheme: dark)').matches;
const attributes: Record<string, string> = {
    'spec-url': '/openapi.json',
    'load-fonts': 'false',
    'regular-font': 'system-ui, sans-serif',
    'mono-font': 'ui-monospace, monospace',
    theme: document.documentElement.dataset.theme ?? (dark ? 'dark' : 'light'),
    'primary-color': '#2f6fde',
    'render-style': 'read',
    'show-header': 'false',
    'show-method-in-nav-bar': 'as-colored-text',
    'allow-spec-url-load': 'false',
    'allow-spec-file-load': 'false',
    'allow-server-selection': 'false',
    'schema-style': 'table',
};
const page = document.createElement('rapi-doc');
for (const [name, value] of Object.entries(attributes)) page.setAttribute(name, value);
document.getElementById('page')?.append(page);
