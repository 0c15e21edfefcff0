// jsdom draws nothing: a canvas that says so keeps it from complaining.
HTMLCanvasElement.prototype.getContext = () => null;
