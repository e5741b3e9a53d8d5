/** Leaves empty fields out of the address that a form asks for. */

for (const form of document.querySelectorAll("form.ask"))
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
