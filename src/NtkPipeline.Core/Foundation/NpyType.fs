namespace NtkPipeline.Core

open System.Text.RegularExpressions

/// What one value of a NumPy file is.
[<Struct; RequireQualifiedAccess>]
type NpyKind =
    | Real
    | Signed
    | Unsigned
    | Truth

/// NumPy's types of numbers, as headers name them. Source: numpy.dtype, "Array-protocol type strings" and "One-character strings".
[<RequireQualifiedAccess>]
module internal NpyType =

    /// NumPy's names of these types, which `numpy.dtype` takes in a header too.
    let private named =
        Map [
            "d", "f8"
            "double", "f8"
            "f", "f4"
            "single", "f4"
            "e", "f2"
            "half", "f2"
            for bits in [ 16; 32; 64 ] do
                $"float%d{bits}", $"f%d{bits / 8}"
            for bits in [ 8; 16; 32; 64 ] do
                $"int%d{bits}", $"i%d{bits / 8}"
                $"uint%d{bits}", $"u%d{bits / 8}"
            "bool", "?"
        ]

    /// What values of a header's `descr` are, and of how many bytes.
    let parse (descr: string) : Result<NpyKind * int, string> =
        let order = if descr <> "" && "<>|=".Contains descr[0] then descr[..0] else ""
        let code = descr[order.Length ..]

        let m =
            Regex.Match(
                order + Option.defaultValue code (named.TryFind code),
                @"^([<>|=]?)(?:([fiub])([1248])|(\?))$"
            )

        match m.Groups[2].Value, m.Groups[3].Value with
        | "f", ("2" | "4" | "8" as size) -> Ok(NpyKind.Real, int size)
        | "i", size when m.Success -> Ok(NpyKind.Signed, int size)
        | "u", size when m.Success -> Ok(NpyKind.Unsigned, int size)
        | "b", "1" -> Ok(NpyKind.Truth, 1)
        | "", _ when m.Groups[4].Success -> Ok(NpyKind.Truth, 1)
        | _ ->
            Error
                $"its values are '%s{descr}'; real numbers (such as '<f4' and '<f8'), whole numbers and truth values of at most 64 bits are read here"
