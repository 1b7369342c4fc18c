// The receipt of a removal notice, to print or to save.
import { keep } from "./keeping.js";

const text = (id) => document.getElementById(id).textContent;

keep(document.getElementById("receipt").dataset.saved, text("number"), text("words"), text("digits"));
document.getElementById("keeping").hidden = false;
