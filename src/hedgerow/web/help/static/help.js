// On every page: the way out.
import { watch } from "./js/exit.js";

watch(document.getElementById("exit"), document.getElementById("exit-said"));
