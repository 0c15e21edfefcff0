// Files on their way to the box, by the tus protocol: in pieces, each kept by the box as soon as it has
// arrived. An upload that was cut off goes on by itself from where the box says it is, even if the page was
// closed and the person chooses the same file again. The list belongs to the whole page, so that going to
// another place interrupts nothing.
import { at, client, data, Problem } from '../../api/client';
import { send_file } from '../../api/files';
import { problem_text } from '../../ui/problem_text';

const piece_bytes = 8 * 1024 * 1024;
const first_retry_ms = 1000;
const longest_retry_ms = 15_000;
/// A lost Wi-Fi closes no connection. After so long without a sign of life, give up and ask again.
const silent_ms = 30_000;
const version = { 'Tus-Resumable': '1.0.0' };
/// Statuses after which the same piece may well succeed.
const passing = [0, 409, 423, 429, 460, 502, 503];
const kept_in = 'lectern.uploads';

export type UploadState = 'sending' | 'waiting' | 'paused' | 'done' | 'failed';

/// A text the way tus headers carry it: UTF-8 in base64.
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
        // Storage is off, so it can be resumed only while the page is open.
    }
}

/// The address that the box gave an upload ends with the upload's id.
const upload_at = (address: string) => at({ id: address.slice(address.lastIndexOf('/') + 1) });

export class Upload {
    state: UploadState = $state('sending');
    sent = $state(0);
    fault = $state('');
    content_id: number | null = $state(null);
    readonly name: string;
    readonly size: number;
    private address: string | null = null;
    private stop: AbortController | null = null;
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
        this.stop?.abort();
    }

    /// Gives up; the box discards what it has.
    async cancel(): Promise<void> {
        this.pause();
        keep(this.mark, null);
        if (!this.address) return;
        const call = { ...upload_at(this.address), headers: version };
        await client.DELETE('/v1/uploads/{id}', call).catch(() => undefined);
    }

    private async find_place(): Promise<void> {
        const signal = AbortSignal.timeout(silent_ms);
        const call = { ...upload_at(this.address as string), headers: version, signal };
        try {
            this.sent = (await data(client.GET('/v1/uploads/{id}', call))).offset;
        } catch (error) {
            const is_lost = error instanceof Problem && [403, 404, 410].includes(error.status);
            if (!is_lost) throw error;
            // The box threw it away meanwhile, or finished it long ago: start again.
            this.address = null;
            this.sent = 0;
        }
    }

    private async create(): Promise<void> {
        const headers = {
            ...version,
            'Upload-Length': String(this.size),
            'Upload-Metadata': metadata_of({ filename: this.name, title: this.title }),
        };
        const { response } = await client.POST('/v1/uploads', { headers });
        this.address = response.headers.get('Location');
        this.sent = 0;
        keep(this.mark, this.address);
    }

    private async send_piece(): Promise<void> {
        const from = this.sent;
        const piece = this.file.slice(from, Math.min(this.size, from + piece_bytes));
        this.stop = new AbortController();
        const answer = await send_file('patch', '/v1/uploads/{id}', upload_at(this.address as string), {
            file: piece,
            headers: {
                ...version,
                'Upload-Offset': String(from),
                'Content-Type': 'application/offset+octet-stream',
            },
            on_progress: (sent_bytes) => (this.sent = from + sent_bytes),
            silent_ms,
            signal: this.stop.signal,
        });
        this.sent = Number(answer.header('Upload-Offset') ?? from + piece.size);
        this.retry_ms = first_retry_ms;
        const content = /\/v1\/content\/(\d+)/.exec(answer.header('Content-Location') ?? '');
        if (content) this.content_id = Number(content[1]);
    }

    private async finish(): Promise<void> {
        if (this.content_id === null && this.address) {
            const call = client.GET('/v1/uploads/{id}', upload_at(this.address));
            this.content_id = (await data(call).catch(() => null))?.content_id ?? null;
        }
        keep(this.mark, null);
        this.state = 'done';
        this.on_done(this);
    }

    /// If the network or the box went away, wait and go on. Any other error is for a person to decide.
    private stumble(error: unknown): void {
        if (this.state === 'paused') return;
        const may_pass = error instanceof Problem && passing.includes(error.status);
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

class Uploads {
    list: Upload[] = $state([]);
    /// Grows with every finished upload, so that lists of content reload.
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
