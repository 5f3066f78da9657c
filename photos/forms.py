"""Forms of the library's pages."""

from datetime import UTC
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from photos.models import Photo


class PhotoForm(forms.Form):
    """What a person may say about their photo."""

    title = forms.CharField(max_length=200, required=False)
    caption = forms.CharField(max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    taken = forms.DateTimeField(
        label="Date and time",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
    )
    place = forms.CharField(max_length=200, required=False)

    @classmethod
    def of(cls, photo: Photo) -> "PhotoForm":
        return cls(
            initial={
                "title": photo.title,
                "caption": photo.caption,
                "taken": photo.sort_at.replace(microsecond=0),
                "place": photo.place,
            }
        )

    def changes(self, photo: Photo) -> dict[str, Any]:
        """Only what differs from the photo as it is."""
        said = self.cleaned_data
        found = {name: said[name] for name in ("title", "caption", "place") if said[name] != getattr(photo, name)}
        taken = said["taken"]
        if taken and taken.replace(tzinfo=UTC) != photo.sort_at.replace(microsecond=0):
            found["taken_at"] = taken.replace(tzinfo=UTC)
        return found


class _ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class _ManyFilesField(forms.FileField):
    """Several files of one input; each must have a name and bytes."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(_ManyFilesField, self).clean(file, initial) for file in files]


class UploadForm(forms.Form):
    pictures = _ManyFilesField(
        label="Photos",
        widget=_ManyFiles(attrs={"multiple": True, "accept": "image/*,.heic,.heif,.avif,.tif,.tiff"}),
        error_messages={"required": "Choose at least one photo."},
    )
