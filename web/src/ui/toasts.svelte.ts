// Short messages at the edge of the page: what was done, with a way to undo it, or what failed and what is
// safe.
export type Toast = { id: number; text: string; kind: 'done' | 'fault'; undo?: () => void };

let next = 1;
export const toasts: Toast[] = $state([]);

export function dismiss(id: number): void {
    const index = toasts.findIndex((toast) => toast.id === id);
    if (index >= 0) toasts.splice(index, 1);
}

export function tell(text: string, kind: Toast['kind'] = 'done', undo?: () => void): void {
    const id = next++;
    toasts.push({ id, text, kind, undo });
    if (toasts.length > 3) toasts.shift();
    setTimeout(() => dismiss(id), kind === 'fault' ? 12_000 : 6_000);
}
