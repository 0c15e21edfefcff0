// jsdom cannot draw. A canvas that says so keeps it from complaining.
if ('HTMLCanvasElement' in globalThis) HTMLCanvasElement.prototype.getContext = () => null;
