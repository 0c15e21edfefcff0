// What the server can do, by its own document: a place whose calls it does not offer is not shown.
let paths = $state.raw<Record<string, Record<string, unknown>> | null>(null);
let asked = false;

export function learn_offers(): void {
    if (asked) return;
    asked = true;
    fetch('/openapi.json')
        .then((response) => response.json())
        .then((document: { paths: Record<string, Record<string, unknown>> }) => (paths = document.paths))
        .catch(() => (asked = false));
}

export function offers(method: string, path: string): boolean {
    return paths?.[path]?.[method.toLowerCase()] !== undefined;
}
