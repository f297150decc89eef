/** Takes hauling requests from the site and answers the office's page. */
const OFFICE = "office@example.com";

function doGet(e) {
  if (e.parameter.action === "jobs") {
    return json_(jobs_());
  }
  return HtmlService.createHtmlOutputFromFile("office").setXFrameOptionsMode(HtmlService.XFrameOptionsMode.ALLOWALL);
}

function doPost(e) {
  try {
    const request = JSON.parse(e.postData.contents);
    switch (request.action) {
      case "quote":
        jobsSheet_().appendRow([new Date(), request.name, request.phone, request.address, "new"]);
        MailApp.sendEmail(OFFICE, "A new request", `${request.name}, ${request.address}`);
        return json_({ ok: true });
      case "cancel":
        if (request.token !== PropertiesService.getScriptProperties().getProperty("OFFICE_TOKEN")) {
          return json_({ error: "unauthorized" });
        }
        jobsSheet_().deleteRow(Number(request.row));
        return json_({ ok: true });
      case "photo":
        return json_({ url: DriveApp.getFileById(request.fileId).getUrl() });
      default:
        return json_({ error: "unknown action" });
    }
  } catch (error) {
    return json_({ error: error.stack });
  }
}

/** Called by the office's page. */
function setStatus(row, status) {
  jobsSheet_().getRange(row, 5).setValue(status);
}

function jobs_() {
  return jobsSheet_().getDataRange().getValues();
}

function jobsSheet_() {
  return SpreadsheetApp.getActiveSpreadsheet().getSheetByName("Jobs");
}

function json_(value) {
  return ContentService.createTextOutput(JSON.stringify(value)).setMimeType(ContentService.MimeType.JSON);
}
