// Takes small JPEG pictures of what this headset sees, as often and as good as the box asks for, and none
// while nobody watches.
import type { LiveSchemas } from '../../api/types';

type Wish = LiveSchemas['PicturePlan'];
const least_quality = 0.2;

export class Pictures {
    private timer: ReturnType<typeof setTimeout> | undefined;
    private wish: Wish | null = null;
    private quality = 0.6;
    private readonly small = document.createElement('canvas');

    constructor(
        private readonly canvas: () => HTMLCanvasElement | null,
        private readonly send: (jpeg: Uint8Array) => void,
    ) {}

    want(wish: Wish): void {
        clearTimeout(this.timer);
        this.wish = wish.interval_ms > 0 ? wish : null;
        this.quality = wish.quality / 100;
        // Spread the pictures: a class that takes them in the same moment would fill the Wi-Fi in the same
        // moment.
        if (this.wish) this.timer = setTimeout(() => void this.take(), Math.random() * wish.interval_ms);
    }

    end(): void {
        clearTimeout(this.timer);
        this.wish = null;
    }

    private async take(): Promise<void> {
        const { wish } = this;
        const from = this.canvas();
        if (!wish) return;
        this.timer = setTimeout(() => void this.take(), wish.interval_ms);
        if (!from || from.width === 0) return;
        this.small.width = Math.min(wish.width, from.width);
        this.small.height = Math.round((this.small.width * from.height) / from.width);
        this.small.getContext('2d')?.drawImage(from, 0, 0, this.small.width, this.small.height);
        const blob = await new Promise<Blob | null>((done) =>
            this.small.toBlob(done, 'image/jpeg', this.quality),
        );
        if (!blob || this.wish !== wish) return;
        if (blob.size + 1 > wish.max_bytes) {
            this.quality = Math.max(least_quality, this.quality * 0.7);
            return;
        }
        this.send(new Uint8Array(await blob.arrayBuffer()));
    }
}
