// Drafts kept in this browser: what somebody began and has not saved. Each belongs to one person and to one
// thing ("lesson/12"). They go when they are saved or dropped, when their person signs out, and after two
// weeks; the oldest go first when there are too many.
export type Kept = { at: number; base: string; value: string };

const all = 'lectern.draft/';
const most_drafts = 30;
const longest = 400_000; // characters, of 5 million that a browser allows
const life_ms = 14 * 24 * 3600 * 1000;

const key_of = (owner: string, thing: string) => `${all}${owner}/${thing}`;

function read(key: string): Kept | null {
    try {
        const { at, base, value } = JSON.parse(localStorage.getItem(key) ?? 'null') as Kept;
        const is_fresh = Math.abs(Date.now() - at) < life_ms;
        return is_fresh && typeof base === 'string' && typeof value === 'string' ? { at, base, value } : null;
    } catch {
        return null; // nothing there, or something else
    }
}

/// The keys of drafts, oldest first. Those nobody can use any more are removed.
function keys(): string[] {
    const found: { key: string; at: number }[] = [];
    for (const key of Object.keys(localStorage).filter((one) => one.startsWith(all))) {
        const kept = read(key);
        if (kept) found.push({ key, at: kept.at });
        else localStorage.removeItem(key);
    }
    return found.sort((a, b) => a.at - b.at).map((one) => one.key);
}

export const kept_draft = (owner: string, thing: string): Kept | null => read(key_of(owner, thing));

export function erase_draft(owner: string, thing: string): void {
    localStorage.removeItem(key_of(owner, thing));
}

/// Whether there was room for it.
export function keep_draft(owner: string, thing: string, kept: Kept): boolean {
    const key = key_of(owner, thing);
    if (kept.base.length + kept.value.length > longest) return false;
    const put = () => {
        try {
            localStorage.setItem(key, JSON.stringify(kept));
            return true;
        } catch {
            return false; // the browser is full
        }
    };
    const others = localStorage.getItem(key) === null ? keys() : null;
    while (others && others.length >= most_drafts) localStorage.removeItem(others.shift() as string);
    if (put()) return true;
    for (const oldest of keys().filter((one) => one !== key)) {
        localStorage.removeItem(oldest);
        if (put()) return true;
    }
    return false;
}

export const has_drafts = (owner: string): boolean => keys().some((key) => key.startsWith(key_of(owner, '')));

export function erase_drafts(owner: string): void {
    for (const key of keys().filter((one) => one.startsWith(key_of(owner, '')))) localStorage.removeItem(key);
}
