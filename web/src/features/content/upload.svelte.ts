// Files on their way to the box, by the tus protocol: in pieces, each kept as soon as it has arrived. What is cut off goes on
// by itself where the box says it is, also after the page was closed and the same file is chosen again. The list belongs to
// the page as a whole, so that going to another place interrupts nothing.
import { problem_text } from '../../ui/problem_text';
import { Problem } from '../../api/client';

const piece_bytes = 8 * 1024 * 1024;
const first_retry_ms = 1000;
const longest_retry_ms = 15_000;
/// Wi-Fi that is lost closes no connection: what has been silent for so long is given up, and asked for again.
const silent_ms = 30_000;
const version = { 'Tus-Resumable': '1.0.0' };
/// Statuses after which the same piece may well go through.
const passing = [0, 409, 423, 429, 460, 502, 503];
/// What fetch throws: no connection, or no answer in time.
const is_network = (error: unknown) =>
    error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError');
const kept_in = 'lectern.uploads';

export type UploadState = 'sending' | 'waiting' | 'paused' | 'done' | 'failed';

/// A text as tus headers carry it: UTF-8 in base64.
export function base64(text: string): string {
    return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

export function metadata_of(values: Record<string, string>): string {
    return Object.entries(values)
        .map(([name, value]) => `${name} ${base64(value)}`)
        .join(',');
}

export const title_of_file = (name: string) =>
    name
        .replace(/\.[^.]+$/, '')
        .replaceAll(/[_\s]+/g, ' ')
        .trim() || name;

function kept(): Record<string, string> {
    try {
        return JSON.parse(localStorage.getItem(kept_in) ?? '{}') as Record<string, string>;
    } catch {
        return {};
    }
}

function keep(mark: string, address: string | null): void {
    const all = kept();
    if (address) all[mark] = address;
    else delete all[mark];
    try {
        localStorage.setItem(kept_in, JSON.stringify(all));
    } catch {
        // Storage is off: it then resumes only while the page is open.
    }
}

async function problem_of(response: Response): Promise<Problem> {
    const body = (await response.json().catch(() => ({}))) as { detail?: string; title?: string };
    return new Problem(response.status, body.detail || body.title || '');
}

export class Upload {
    state: UploadState = $state('sending');
    sent = $state(0);
    fault = $state('');
    content_id: number | null = $state(null);
    readonly name: string;
    readonly size: number;
    private address: string | null = null;
    private request: XMLHttpRequest | null = null;
    private timer: ReturnType<typeof setTimeout> | undefined;
    private retry_ms = first_retry_ms;
    private readonly mark: string;

    constructor(
        private readonly file: File,
        private readonly on_done: (upload: Upload) => void,
        readonly title = title_of_file(file.name),
    ) {
        this.name = file.name;
        this.size = file.size;
        this.mark = `${file.name}/${file.size}/${file.lastModified}`;
        this.address = kept()[this.mark] ?? null;
    }

    async start(): Promise<void> {
        clearTimeout(this.timer);
        this.state = 'sending';
        this.fault = '';
        try {
            if (this.address) await this.find_place();
            if (!this.address) await this.create();
            if (this.size === 0) throw new Problem(422, '');
            while (this.state === 'sending' && this.sent < this.size) await this.send_piece();
            if (this.state === 'sending') await this.finish();
        } catch (error) {
            this.stumble(error);
        }
    }

    pause(): void {
        clearTimeout(this.timer);
        this.state = 'paused';
        this.request?.abort();
    }

    /// Given up: what the box has of it is thrown away.
    async cancel(): Promise<void> {
        this.pause();
        keep(this.mark, null);
        if (this.address)
            await fetch(this.address, { method: 'DELETE', headers: version }).catch(() => undefined);
    }

    private async find_place(): Promise<void> {
        const response = await fetch(this.address as string, {
            method: 'HEAD',
            headers: version,
            signal: AbortSignal.timeout(silent_ms),
        });
        if ([403, 404, 410].includes(response.status)) {
            // Thrown away meanwhile, or finished long ago: from the start.
            this.address = null;
            this.sent = 0;
            return;
        }
        if (!response.ok) throw await problem_of(response);
        this.sent = Number(response.headers.get('Upload-Offset') ?? 0);
    }

    private async create(): Promise<void> {
        const response = await fetch('/v1/uploads', {
            method: 'POST',
            headers: {
                ...version,
                'Upload-Length': String(this.size),
                'Upload-Metadata': metadata_of({ filename: this.name, title: this.title }),
            },
        });
        if (!response.ok) throw await problem_of(response);
        this.address = response.headers.get('Location');
        this.sent = 0;
        keep(this.mark, this.address);
    }

    // XMLHttpRequest, as only it tells how much of a body has left.
    private send_piece(): Promise<void> {
        const from = this.sent;
        const piece = this.file.slice(from, Math.min(this.size, from + piece_bytes));
        return new Promise((resolve, reject) => {
            const request = (this.request = new XMLHttpRequest());
            request.open('PATCH', this.address as string);
            request.setRequestHeader('Tus-Resumable', '1.0.0');
            request.setRequestHeader('Upload-Offset', String(from));
            request.setRequestHeader('Content-Type', 'application/offset+octet-stream');
            let silence = setTimeout(() => give_up(), silent_ms);
            const give_up = () => {
                reject(new Problem(0, ''));
                request.abort();
            };
            request.onloadend = () => clearTimeout(silence);
            request.upload.onprogress = (event) => {
                this.sent = from + event.loaded;
                clearTimeout(silence);
                silence = setTimeout(give_up, silent_ms);
            };
            request.onload = () => {
                const given = request.getResponseHeader('Upload-Offset');
                if (request.status >= 300) {
                    const body = parsed(request.responseText);
                    reject(new Problem(request.status, body.detail || body.title || ''));
                    return;
                }
                this.sent = given === null ? from + piece.size : Number(given);
                this.retry_ms = first_retry_ms;
                const content = /\/v1\/content\/(\d+)/.exec(
                    request.getResponseHeader('Content-Location') ?? '',
                );
                if (content) this.content_id = Number(content[1]);
                resolve();
            };
            request.onerror = () => reject(new Problem(0, ''));
            request.onabort = () => resolve();
            request.send(piece);
        });
    }

    private async finish(): Promise<void> {
        if (this.content_id === null && this.address) {
            const response = await fetch(this.address, { headers: { Accept: 'application/json' } });
            if (response.ok)
                this.content_id = ((await response.json()) as { content_id: number | null }).content_id;
        }
        keep(this.mark, null);
        this.state = 'done';
        this.on_done(this);
    }

    /// The network or the box went away: wait and go on. Anything else is for the person to decide.
    private stumble(error: unknown): void {
        if (this.state === 'paused') return;
        const may_pass = error instanceof Problem ? passing.includes(error.status) : is_network(error);
        if (!may_pass) {
            this.state = 'failed';
            this.fault = problem_text(error);
            if (error instanceof Problem && [413, 415, 422].includes(error.status)) keep(this.mark, null);
            return;
        }
        this.state = 'waiting';
        this.timer = setTimeout(() => void this.start(), this.retry_ms);
        this.retry_ms = Math.min(longest_retry_ms, this.retry_ms * 2);
    }
}

function parsed(text: string): { detail?: string; title?: string } {
    try {
        return JSON.parse(text) as { detail?: string; title?: string };
    } catch {
        return {};
    }
}

class Uploads {
    list: Upload[] = $state([]);
    /// Grows whenever one has arrived, so that lists of content look again.
    arrived = $state(0);

    get under_way(): boolean {
        return this.list.some((one) => one.state === 'sending' || one.state === 'waiting');
    }

    add(files: Iterable<File>): Upload[] {
        const added = [...files].map((file) => new Upload(file, () => this.arrived++));
        this.list.push(...added);
        for (const upload of this.list.slice(-added.length)) void upload.start();
        return this.list.slice(-added.length);
    }

    async remove(upload: Upload): Promise<void> {
        this.list = this.list.filter((one) => one !== upload);
        if (upload.state !== 'done') await upload.cancel();
    }
}

export const uploads = new Uploads();
window.addEventListener('online', () => {
    for (const upload of uploads.list) if (upload.state === 'waiting') void upload.start();
});
window.addEventListener('beforeunload', (event) => {
    if (uploads.under_way) event.preventDefault();
});
