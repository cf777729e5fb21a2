namespace NtkPipeline.Core

open System.IO

/// The page's style sheet and its program, from the files of `Report/Page`.
[<RequireQualifiedAccess>]
module PageStyle =

    /// One of the files: "sort.js".
    let file (name: string) : string =
        let assembly = typeof<Section>.Assembly
        use reader = new StreamReader(nonNull (assembly.GetManifestResourceStream $"page/%s{name}"))
        reader.ReadToEnd().ReplaceLineEndings "\n"

    let private sheet = lazy (file "page.css")

    /// What sorts tables, saves data and pictures, draws, and marks the contents; `page.js` starts it.
    let private code =
        lazy
            ([ "sort.js"; "save.js"; "colours.js"; "draw.js"; "page.js" ]
             |> List.map file
             |> String.concat "\n"
             |> fun body -> $"(function () {{\n'use strict';\n%s{body}}})();")

    /// Light, plain, readable on a phone and on paper; dark where the reader's screen is.
    let css () : string = sheet.Value

    /// Draws every figure from the JSON that stands beside it, when it comes near the screen.
    let program () : string = code.Value
