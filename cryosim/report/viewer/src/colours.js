// From values to colours: the maps come with the page, and the pictures have the same.

import vtkColorTransferFunction from "@kitware/vtk.js/Rendering/Core/ColorTransferFunction";

export const rgb = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255);

export class Colours {
  constructor(threshold) {
    this.threshold = threshold;
    this.tables = new Map();
  }

  field({ name, low, high, colours }) {
    const spread = (high - low) / (colours.length - 1);
    return this.table(`field ${name}`, low, high, colours.map((c, i) => [low + i * spread, c]));
  }

  // By temperature: what is cold of a layer is darker.
  layer({ name, colour, chilled }) {
    const { threshold } = this;
    const [low, high] = [threshold - 1, threshold + 1];
    const stops = [[low, chilled], [threshold - 0.001, chilled], [threshold, colour], [high, colour]];
    return this.table(`layer ${name}`, low, high, stops);
  }

  table(key, low, high, stops) {
    if (!this.tables.has(key)) {
      const table = vtkColorTransferFunction.newInstance();
      for (const [value, colour] of stops) table.addRGBPoint(value, ...rgb(colour));
      this.tables.set(key, { table, low, high });
    }
    return this.tables.get(key);
  }
}
