// Every word on the page comes from a catalog. English is always there: en.json has a first visit's words,
// en_more.json those of the parts that are loaded later. Other languages are loaded when they are chosen.
import en from './en.json';
import type more from './en_more.json';

export type Key = keyof typeof en | keyof typeof more;
type Plural = { one?: string; other: string };
type Catalog = Record<string, string | Plural>;
export type Parameters = Record<string, string | number>;

export const languages = { en: 'English', zh: '中文' } as const;
export type Language = keyof typeof languages;

let english: Catalog = en;
let is_whole = false; // whether somebody has asked for all words

async function whole_english(): Promise<Catalog> {
    if (english === en) english = { ...en, ...(await import('./en_more.json')).default };
    return english;
}

const loaders: Record<Language, () => Promise<Catalog>> = {
    en: async () => (is_whole ? whole_english() : en),
    zh: async () => (await import('./zh.json')).default,
};

let catalog = $state.raw<Catalog>(en);
let current = $state<Language>('en');

export function language(): Language {
    return current;
}

export function is_language(value: unknown): value is Language {
    return typeof value === 'string' && value in languages;
}

export async function set_language(wanted: Language): Promise<void> {
    catalog = await loaders[wanted]();
    current = wanted;
    document.documentElement.lang = wanted === 'zh' ? 'zh-Hans' : wanted;
}

/// Call this before a part is shown that a first visit does not load: it may say anything.
export async function all_words(): Promise<void> {
    is_whole = true;
    if (current === 'en' && catalog === en) catalog = await whole_english();
}

/// The language of the browser, if there is a catalog for it.
export function browser_language(): Language {
    for (const wanted of navigator.languages ?? []) {
        const short = wanted.slice(0, 2);
        if (is_language(short)) return short;
    }
    return 'en';
}

/// Dates and times are written the way of this browser's country, if people there speak the chosen language.
function locale(): string {
    return navigator.languages?.find((one) => one.slice(0, 2) === current) ?? current;
}

const number_formats = new Map<string, Intl.NumberFormat>();

export function number(value: number, digits = 0): string {
    const name = `${current}/${digits}`;
    let format = number_formats.get(name);
    if (!format)
        number_formats.set(
            name,
            (format = new Intl.NumberFormat(current, { maximumFractionDigits: digits })),
        );
    return format.format(value);
}

/// The order of names in every list: as the language has it, and DPVR-9 before DPVR-10.
export function compare_names(a: string, b: string): number {
    return a.localeCompare(b, current, { numeric: true, sensitivity: 'base' });
}

export const by_name = <Named extends { name: string }>(a: Named, b: Named): number =>
    compare_names(a.name, b.name);
export const by_nickname = <Named extends { nickname: string }>(a: Named, b: Named): number =>
    compare_names(a.nickname, b.nickname);

/// The words of a key. `count` chooses the plural; numbers are written the way of the language.
export function t(key: Key, parameters: Parameters = {}): string {
    const entry = catalog[key] ?? english[key] ?? key;
    const text =
        typeof entry === 'string'
            ? entry
            : (entry[new Intl.PluralRules(current).select(Number(parameters.count)) as keyof Plural] ??
              entry.other);
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = parameters[name];
        if (value === undefined) return whole;
        return typeof value === 'number' ? number(value) : value;
    });
}

/// A position or a length: 12:41, 1:02:05.
export function clock_text(ms: number): string {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    const two = (value: number) => String(value).padStart(2, '0');
    const minutes = Math.floor(seconds / 60) % 60;
    const hours = Math.floor(seconds / 3600);
    return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/// A length the way people say it: "40 s", "12 min", "1 h 5 min".
export function length_text(ms: number): string {
    const seconds = Math.round(ms / 1000);
    if (seconds < 60) return t('time.seconds', { count: seconds });
    const minutes = Math.round(seconds / 60);
    if (minutes < 60) return t('time.minutes', { count: minutes });
    return t('time.hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/// The size of a file or disk the way people say it: "640 kB", "1.4 GB".
export function bytes_text(bytes: number): string {
    const units = ['B', 'kB', 'MB', 'GB', 'TB'];
    const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
    const amount = bytes / 1000 ** step;
    return `${number(amount, amount < 10 && step > 1 ? 1 : 0)} ${units[step]}`;
}

export function date_text(iso: string): string {
    const options: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'short' };
    return new Intl.DateTimeFormat(locale(), options).format(new Date(iso));
}

/// A day without a time, like "2027-07-31", as people write it.
export function date_only_text(day: string): string {
    const options: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeZone: 'UTC' };
    return new Intl.DateTimeFormat(locale(), options).format(new Date(day));
}

/// "09:00", as the clock on the wall says.
export function hour_text(iso: string): string {
    return new Intl.DateTimeFormat(locale(), { timeStyle: 'short' }).format(new Date(iso));
}

export function day_text(iso: string): string {
    return new Intl.DateTimeFormat(locale(), { weekday: 'long', day: 'numeric', month: 'long' }).format(
        new Date(iso),
    );
}

/// "3 minutes ago". Both times are of the same clock.
export function ago_text(then_ms: number, now_ms: number): string {
    const seconds = Math.min(0, Math.round((then_ms - now_ms) / 1000));
    const format = new Intl.RelativeTimeFormat(current, { numeric: 'auto' });
    if (seconds > -60) return format.format(seconds, 'second');
    if (seconds > -3600) return format.format(Math.round(seconds / 60), 'minute');
    if (seconds > -86400) return format.format(Math.round(seconds / 3600), 'hour');
    return format.format(Math.round(seconds / 86400), 'day');
}
