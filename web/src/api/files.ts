// Files to and from the box, where the page shows how far they are, and the box's own page.
import type { ParamsOption } from 'openapi-fetch';
import { filled, Problem, problem_of, type Method, type paths, type PathsWith } from './client';

type Sending = {
    file: Blob;
    headers: Record<string, string>;
    on_progress: (sent_bytes: number) => void;
    /// Give up when nothing has moved for that long: a lost Wi-Fi closes no connection.
    silent_ms?: number;
    signal?: AbortSignal;
};
type Answer = { header: (name: string) => string | null; text: string };

/// Sends a file as the body of a call. XMLHttpRequest does it, because fetch cannot tell how much has left.
export function send_file<One extends Method, Path extends PathsWith<One>>(
    method: One,
    path: Path,
    parameters: ParamsOption<paths[Path][One]>,
    { file, headers, on_progress, silent_ms, signal }: Sending,
): Promise<Answer> {
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open(method.toUpperCase(), filled(path, parameters as Parameters<typeof filled>[1]));
        for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
        let silence: ReturnType<typeof setTimeout> | undefined;
        const hear = () => {
            clearTimeout(silence);
            if (silent_ms) silence = setTimeout(() => request.abort(), silent_ms);
        };
        request.upload.onprogress = (event) => {
            on_progress(event.loaded);
            hear();
        };
        request.onload = () => {
            const header = (name: string) => request.getResponseHeader(name);
            if (request.status < 300) resolve({ header, text: request.responseText });
            else reject(problem_of(request.status, request.responseText, header('retry-after')));
        };
        request.onerror = request.onabort = () => reject(new Problem(0, ''));
        request.onloadend = () => clearTimeout(silence);
        signal?.addEventListener('abort', () => request.abort(), { once: true });
        hear();
        request.send(file);
    });
}

/// Fetches a video for a headset, by the address that a lesson gives; a <video> cannot carry a token itself.
export async function fetch_video(
    content: string,
    token: string,
    signal: AbortSignal,
    on_progress: (share: number | null) => void,
): Promise<Blob | null> {
    const answer = await fetch(content, {
        headers: { authorization: `Bearer ${token}` },
        credentials: 'omit',
        signal,
    });
    const type = answer.headers.get('content-type') ?? '';
    if (!answer.ok || !answer.body || !type.startsWith('video/')) return null;
    const size = Number(answer.headers.get('content-length'));
    const parts: BlobPart[] = [];
    let got = 0;
    for (const reader = answer.body.getReader(); ;) {
        const { done, value } = await reader.read();
        if (done) return new Blob(parts, { type });
        parts.push(value);
        got += value.length;
        on_progress(size ? got / size : null);
    }
}

/// The script of the page that the box serves now, or null when it does not answer with a page.
export async function script_served(path: string): Promise<string | null> {
    try {
        const answer = await fetch(path, { cache: 'no-cache', headers: { accept: 'text/html' } });
        if (!answer.ok) return null;
        const served = new DOMParser().parseFromString(await answer.text(), 'text/html');
        return served.querySelector('script[type=module][src]')?.getAttribute('src') ?? null;
    } catch {
        return null;
    }
}
