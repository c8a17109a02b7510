// The photo of a text that is being written: which file may go, and taking it back.

// What the pretend carrier takes; it looks again itself (media.py).
export const KINDS = ["image/jpeg", "image/png", "image/gif"];
export const LARGEST = 5_000_000; // bytes

// The name of the sentence that says why a file cannot go, or nothing.
export function refusal(file) {
  if (!KINDS.includes(file.type)) return "refused_photo_kind";
  if (file.size > LARGEST) return "refused_photo_too_big";
  return "";
}

export function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",")[1]);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
