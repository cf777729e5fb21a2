namespace NtkPipeline.Core

open System.Globalization
open System.Text.RegularExpressions

/// Sizes in bytes as people write them: "2GB", "512 MB", "1.5GiB".
[<RequireQualifiedAccess>]
module ByteSize =

    let private units = [ "B"; "kB"; "MB"; "GB"; "TB"; "PB" ]

    let private form =
        Regex(@"^\s*([0-9]+(?:\.[0-9]+)?)\s*(?:([kKMGTP])(i?))?B?\s*$", RegexOptions.CultureInvariant)

    /// "812 MB": thousands, not 1,024s.
    let print (bytes: float) : string =
        let power = min (units.Length - 1) (max 0 (int (floor (log10 (max bytes 1.0) / 3.0))))
        let number = (bytes / pown 1000.0 power).ToString("0.##", CultureInfo.InvariantCulture)
        $"%s{number} %s{units[power]}"

    /// "3.2 GB", "12 GB", "480 MB": two digits at most behind which nothing is claimed.
    let about (bytes: float) : string =
        let power = floor (log10 (max bytes 1.0)) - 1.0
        let step = System.Math.Pow(10.0, power)
        print (System.Math.Round(bytes / step) * step)

    /// Of a size as people write it. The form tries every way of sharing out a row of blanks, so a long one is not offered to it.
    let private mostCharacters = 64

    /// A positive number of bytes, with its unit: a bare number may have been meant in GB. kB is 1,000 and KiB 1,024.
    let parse (text: string) : Result<int64, string> =
        let m = form.Match(if text.Length <= mostCharacters then text else "")
        let steps = if m.Success then "kMGTP".IndexOf(m.Groups[2].Value.Replace("K", "k")) else 0
        let step = if m.Groups[3].Value = "i" then 1024.0 else 1000.0

        let bytes =
            if not m.Success then nan
            elif m.Groups[2].Value = "" && not (text.Contains 'B') then nan
            elif m.Groups[2].Value = "" then float m.Groups[1].Value
            else float m.Groups[1].Value * pown step (steps + 1)

        if bytes >= 1.0 && bytes <= 1e18 then
            Ok(int64 bytes)
        else
            let words = PlainLine.ofWords (text.Trim())

            if m.Success && System.Double.IsNaN bytes then
                Error $"'%s{words}' is not a size, for it has no unit; write %s{words}GB, or 512MB"
            else
                Error $"'%s{words}' is not a size; write 2GB, 512MB or 1.5GiB"
